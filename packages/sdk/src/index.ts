/** The package entry. */
export * from './client.ts';
export * from './contract.ts';
export * from './errors.ts';
