/**
 * Must be loaded in the main thread before any thread loads onnxruntime-node: from 1.30 on its library for Linux and macOS sends
 * usage data to its publisher and keeps files of it in the system's temporary folder, unless this variable stands in the
 * environment of the process. A worker's `process.env` is a copy that the library does not see.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';

export {};
