/** The library entry: everything `couloir serve` is made of, for programs that embed the gateway. */
export { type Gateway, type GatewayOptions, startGateway } from './gateway.ts';
export { loadSettings } from './config/load.ts';
export { cortexKnowledge } from './upstream/knowledge.ts';
