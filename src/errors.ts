/**
 * Error that a user can cause and mend: a wrong path, a broken file, a misspelled key. Its message says what is
 * wrong, where (file, object, key) and what to do. The command line prints the message alone and exits with 2.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** Message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
