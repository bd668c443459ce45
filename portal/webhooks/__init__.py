"""Webhooks: other programs are told when something happens to the answers of forms.

``models`` the tables, ``signing`` the secrets, ``service`` registering and queueing, ``sending`` the job, ``views``
the pages. Deliveries are stored in the transaction of what they tell, so that none is lost and none is made up.
"""
