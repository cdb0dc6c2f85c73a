/** Of this package, as its documents state it; a test holds it against package.json. */
export const API_VERSION = '0.1.0';
