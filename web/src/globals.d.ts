// SPDX-License-Identifier: MIT
declare const LOG_WORKER_URL: string;
declare module '*.css';
