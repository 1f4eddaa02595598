// The language service looks for the global object under the name that Node gives it.
(globalThis as { global?: unknown }).global = globalThis;
