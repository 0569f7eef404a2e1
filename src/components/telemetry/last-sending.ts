// How long the end of a gateway waits for a collector.

/** For its spans, and after them once more for the process's metrics: together less than the second and a half that users are told. */
export const LAST_SENDING_MS = 700
