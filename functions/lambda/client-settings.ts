/**
 * How clients of the SDK behave (Kinesis aside: connect-spans.ts). The shortest of our functions has 10 seconds
 * (shared/wiring.ts): a call that nobody answers is over after three attempts of 2 seconds and the pauses between them,
 * so that the function itself still says `StoreUnavailable`, which the machine tries again, and is not ended by Lambda
 * in the middle of a write. Without `throwOnRequestTimeout` the SDK would only warn; `socketTimeout` is for answers that
 * stop half-way.
 */
export const clientSettings = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    throwOnRequestTimeout: true,
    socketTimeout: 2_000,
    // A connection lives as long as the process: a new one costs several round trips for TLS.
    httpsAgent: { keepAlive: true, maxSockets: 50 },
  },
};
