// The thread of solver.ts: answers the one question that it was started with.
import { parentPort, workerData } from 'node:worker_threads';
import { answerChoices } from './answer.ts';
import type { ChoiceProblem } from './solver.ts';

const { problem, seconds } = workerData as { problem: ChoiceProblem; seconds: number };
parentPort?.postMessage(await answerChoices(problem, seconds));
