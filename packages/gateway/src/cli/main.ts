import { homeFolder } from '../config/home.ts';
import { keepCompiledCode } from './compile-cache.ts';
import { systemConsole } from './console.ts';

const writeDown = keepCompiledCode(homeFolder(systemConsole.env));
const { runCommandLine } = await import('./program.ts');
process.exitCode = await runCommandLine(process.argv.slice(2), systemConsole);
writeDown();
