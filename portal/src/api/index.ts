/** What pages import of the API. */
export * as urls from "./generated/client";
export * from "./audio";
export * from "./call";
export * from "./docs";
export * from "./permissions";
export * from "./problem";
export * from "./read";
export * from "./rule-words";
export * from "./session";
export * from "./sign-in";
export * from "./time";
export type * from "./types";
