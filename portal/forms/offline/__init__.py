"""Forms filled without a network: one page that a device keeps, a queue on the device, taking what it sends later.

``rules``
    Which forms may be filled so, and which questions stand in the way.
``pages``
    The page of a form, its manifest, the worker that keeps both on a device. Scripts: ``offline*.js``, ``worker.js``.
``parts``
    Files in parts, each going on where the network broke.
``taking``
    Answers of a device: each once, judged by the engine on the version they were filled on.
``rescue``
    The file of unsent answers that a person carries to the office (docs/offline.md).

docs/offline.md says how these work together and what a device keeps.
"""
