import type { TypedDocumentString } from './generated/graphql';

/** Why a request to the server has no answer, so that the page can say what to do about it. */
export type FailureReason = 'unreachable' | 'refused';

/** A request without an answer. `unreachable`: nobody answered; `refused`: the server answered with an error. */
export class RequestError extends Error {
  constructor(
    readonly reason: FailureReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether an error only says that a newer request made this one needless. */
export const isAborted = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/** Sends an operation of src/operations.graphql and answers its data. Throws a RequestError if there is none. */
export async function request<Result, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  let response: Response;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify({ query: document.toString(), variables }),
      signal,
    });
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new RequestError('unreachable', 'the server does not answer', { cause: error });
  }
  const body = (await response.json().catch(() => null)) as { data?: Result; errors?: { message: string }[] } | null;
  if (body?.errors?.length || !body?.data) {
    throw new RequestError('refused', body?.errors?.[0]?.message ?? `HTTP ${response.status}`);
  }
  return body.data;
}
