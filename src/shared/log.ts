// Logs: one JSON object a line, under the key names of controller-runtime, so that existing pipelines read them.
import winston from "winston";

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with fields that every line of it carries. */
  with(fields: LogFields): Log;
}

export interface LogOptions {
  readonly level: "debug" | "info" | "warn" | "error";
  /** `json` for machines, `text` for a terminal. */
  readonly format: "json" | "text";
}

export function createLog(options: LogOptions): Log {
  const { combine, timestamp, json, printf } = winston.format;
  const keys = winston.format(({ timestamp: ts, message, ...line }) => ({ ts, ...line, msg: message, message: undefined }));
  const text = printf(({ ts, level, msg, message: _, ...rest }) => {
    const fields = Object.entries(rest).map(([k, v]) => ` ${k}=${typeof v === "string" ? v : JSON.stringify(v)}`);
    return `${String(ts)} ${level} ${String(msg)}${fields.join("")}`;
  });
  const logger = winston.createLogger({
    level: options.level,
    format: combine(timestamp(), keys(), options.format === "json" ? json() : text),
    transports: [new winston.transports.Console()],
  });
  return wrap(logger);
}

function wrap(logger: winston.Logger): Log {
  return {
    debug: (message, fields) => void logger.debug(message, fields),
    info: (message, fields) => void logger.info(message, fields),
    warn: (message, fields) => void logger.warn(message, fields),
    error: (message, fields) => void logger.error(message, fields),
    with: (fields) => wrap(logger.child(fields)),
  };
}

/** Drops everything: for tests and for callers that bring no log. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silentLog };
