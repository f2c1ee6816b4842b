export { fileProblems, filesOf } from './files.ts';
export type { Answer, HttpClient, HttpRequest, Unanswered } from './http.ts';
export { httpClient } from './http-client.ts';
export { linesOf } from './lines.ts';
export { outside } from './outside.ts';
export { checkSays, runChecks } from './run-checks.ts';
export type { Setting } from './setting.ts';
