// The CDK command line asks CloudFormation every 5 s how far it is: right for AWS, most of a rehearsal's time here, where
// the answer is there after milliseconds. Loaded with NODE_OPTIONS=--require, it shortens that one pause and nothing else.
const original = globalThis.setTimeout;
globalThis.setTimeout = (callback, delay, ...rest) => original(callback, delay === 5000 ? 600 : delay, ...rest);
