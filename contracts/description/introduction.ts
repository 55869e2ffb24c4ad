/** Rises when the API changes: minor for additions; what breaks a caller gets a new path. */
export const API_VERSION = '1.0.0';

export const INTRODUCTION =
  'Headwater takes health samples from phones, watches and provider clouds, keeps them exactly once, and answers with figures that say how fresh they are. Every request carries `Authorization: Bearer` with an API key or the JWT of an end user. Bodies are JSON in UTF-8, gzip is taken. Times are ISO 8601 with an offset or Z. Every refusal is a problem body (RFC 9457) with a stable `code`.';
