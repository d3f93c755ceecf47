/** The command line: what can be said, and which file does it. Each command is loaded when it is asked for. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { LOG_LEVELS, MOST_WORKERS } from '../config/defaults.ts';
import { suggest } from '../kit/suggest.ts';
import { GROUPINGS } from '../usage/tally.ts';
import { VERSION } from '../version.ts';
import type { ConfigFlags } from './config.ts';
import type { Console } from './console.ts';
import type { DoctorFlags } from './doctor.ts';
import { describeFailure } from './failure.ts';
import type { ModelsFlags } from './models.ts';
import type { SandboxFlags } from './sandbox.ts';
import type { ServeFlags } from './serve-flags.ts';
import type { UsageFlags } from './usage.ts';

/** Runs one command. Resolves with the exit code: when it is 0, a server it started may still be running. */
export async function runCommandLine(words: readonly string[], console: Console): Promise<number> {
  try {
    await createProgram(console).parseAsync([...words], { from: 'user' });
    return 0;
  } catch (cause) {
    const { text, exitCode } = describeFailure(cause);
    if (text !== undefined) console.err(text);
    return exitCode;
  }
}

function createProgram(console: Console): Command {
  const program = new Command('couloir')
    .description('A self-hosted gateway between coding agents and Snowflake Cortex.')
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => console.out(text.trimEnd()),
      writeErr: (text) => console.err(text.trimEnd().replace(/^error: /, 'couloir: ')),
    })
    .showSuggestionAfterError();

  program
    .command('serve', { isDefault: true })
    .description('run the gateway (what couloir does when it is told nothing else)')
    .option('-c, --config <file>', "configuration, ours or LiteLLM's")
    .option('--host <address>', 'address to listen on (127.0.0.1)')
    .option('--port <number>', 'port to listen on (4000)', readPort)
    .option('--tls-key <file>', 'private key for HTTPS, PEM')
    .option('--tls-cert <file>', 'certificate for HTTPS, PEM')
    .addOption(new Option('--log-level <level>', 'how much to log').choices(LOG_LEVELS))
    .option('--workers <number>', 'how many processes share the load (1)', readWorkers)
    .option('--json', 'print what was started as one line of JSON')
    .addOption(new Option('--ssl_keyfile_path <file>', "LiteLLM's spelling of --tls-key").hideHelp())
    .addOption(new Option('--ssl_certfile_path <file>', "LiteLLM's spelling of --tls-cert").hideHelp())
    .addOption(
      new Option('--num_workers <number>', "LiteLLM's spelling of --workers").argParser(readWorkers).hideHelp(),
    )
    .addOption(new Option('--debug', "LiteLLM's spelling of --log-level debug").hideHelp())
    .addOption(new Option('--detailed_debug', "LiteLLM's spelling of --log-level trace").hideHelp())
    .allowExcessArguments()
    .action(async (flags: ServeFlags, serve: Command) => {
      refuseWords(serve, program);
      await (await import('./serve.ts')).serve(flags, console);
    });

  program
    .command('worker', { hidden: true })
    .description('one process of several; `serve --workers` starts it')
    .action(async () => (await import('./worker.ts')).worker());

  program
    .command('sandbox')
    .description('run a simulated Snowflake Cortex, for trials and tests')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on', readPort, 4010)
    .option('--seed <text>', 'what generated ids and texts follow from')
    .option('--scenario <file>', 'YAML or JSON file with a script for each model name')
    .option(
      '--user <name=file>',
      'public key (PEM) of a user; key-pair tokens are verified then; repeatable',
      collect,
      [],
    )
    .option('--token <secret>', 'a programmatic access token; no other is taken then; repeatable', collect, [])
    .option('--oauth-client <id:secret>', 'a client of /oauth/token-request; repeatable', collect, [])
    .option('--account <name=value>', 'a setting of the account, like crossRegion=DISABLED; repeatable', collect, [])
    .option('--limit <model=limit>', 'rate limit, like "*=10rpm,5000tpm", or "documented"; repeatable', collect, [])
    .option('--fault <share:name>', 'random fault, like 5%:503 or 20%:mixed=2s; repeatable', collect, [])
    .option('--remember <name=value>', 'what is kept of past requests, like requests=20000; repeatable', collect, [])
    .option('--record <folder>', 'pass requests on to a real account and write them down, redacted')
    .option('--from <account>', 'the account that --record passes requests on to')
    .option('--replay <folder>', 'answer with recordings')
    .option('--switch <name=value>', 'behaviour on which the evidence on Cortex is divided; repeatable', collect, [])
    .option('--json', 'print what was started as one line of JSON')
    .action(async (flags: SandboxFlags) => (await import('./sandbox.ts')).sandbox(flags, console));

  program
    .command('usage')
    .description("tokens and cost of the recorded exchanges, beside Snowflake's own view")
    .option('-c, --config <file>', "configuration, ours or LiteLLM's")
    .option('--since <period>', 'from when: 24h, 7d, 2w or 2026-11-01', '7d')
    .addOption(new Option('--by <what>', 'what to sum up by').choices(GROUPINGS).default('model'))
    .option('--no-account', 'do not ask Snowflake')
    .option('--json', 'print JSON')
    .action(async (flags: UsageFlags) => (await import('./usage.ts')).usage(flags, console));

  program
    .command('doctor')
    .description('look for what keeps the gateway from working, and say what mends it')
    .option('-c, --config <file>', 'configuration file')
    .option('--model <name>', 'look at this model alone')
    .option('--json', 'print JSON')
    .action(async (flags: DoctorFlags) => (await import('./doctor.ts')).doctor(flags, console));

  program
    .command('models')
    .description('list the models of the catalogue')
    .option('-c, --config <file>', 'configuration file that names the account for --live')
    .option('--live', 'ask the account which of them it can call')
    .option('--json', 'print JSON')
    .action(async (flags: ModelsFlags) => (await import('./models.ts')).models(flags, console));

  const config = program.command('config').description('look at the configuration without starting anything');
  for (const [name, description] of [
    ['check', 'say what is wrong with the configuration, and what has no effect'],
    ['explain', 'print every value that holds, and where it comes from'],
  ] as const) {
    config
      .command(name)
      .description(description)
      .argument('[file]', 'configuration file')
      .option('-c, --config <file>', 'configuration file')
      .option('--json', 'print JSON')
      .action(async (file: string | undefined, flags: ConfigFlags) => {
        const commands = await import('./config.ts');
        commands[name]({ ...flags, ...(file === undefined ? {} : { config: file }) }, console);
      });
  }
  return program;
}

/** A word that is no command reaches the default one, which takes none. @throws CommanderError */
function refuseWords(serve: Command, program: Command): void {
  const [word] = serve.args;
  if (word === undefined) return;
  const names = program.commands.map((command) => command.name());
  const meant = suggest(word, names);
  serve.error(
    `error: unknown command '${word}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`} \`couloir --help\` lists them.`,
  );
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('Give a number from 0 to 65535.');
}

function readWorkers(text: string): number {
  const workers = Number(text);
  if (/^\d+$/.test(text) && workers >= 1 && workers <= MOST_WORKERS) return workers;
  throw new InvalidArgumentError(`Give a number from 1 to ${MOST_WORKERS}.`);
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}
