// The console in a browser, served by the built program.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { CHROMIUM, launchChromium, UNLESS_CHROMIUM } from './browser.ts';
import { chat } from './chat.ts';

describe.skipIf(CHROMIUM === undefined)(`the console${UNLESS_CHROMIUM}`, () => {
  let couloir: RunningCouloir;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What the browser complained of: errors, and what the Content-Security-Policy stopped; and requests to elsewhere. */
  let complaints: string[];

  beforeAll(async () => {
    couloir = await startCouloir();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await couloir.stop();
  });
  beforeEach(async () => {
    complaints = [];
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(couloir.url)) complaints.push(request.url());
    });
  });
  afterEach(() => context.close());

  async function signIn(key = couloir.key): Promise<void> {
    await page.goto(`${couloir.url}/`);
    await page.getByLabel('Gateway key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  const open = (name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

  test('a wrong key is told, and nothing is shown', async () => {
    await signIn('sk-wrong');
    expect(await page.getByRole('alert').textContent()).toBe('This is not the key of this gateway.');
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(await page.evaluate('JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie])')).toBe(
      '[{},{},""]',
    );
    // Chromium itself writes the 401 into its console.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });

  test('from the key to one request and everything that is known of it', async () => {
    await signIn();
    await heading('Last 24 hours');
    expect(page.url()).toBe(`${couloir.url}/console/`);
    await page.getByText('Sandbox: answers are simulated.').waitFor();
    expect(await page.getByLabel('Override OpenAI Base URL', { exact: true }).inputValue()).toBe(`${couloir.url}/v1`);
    expect(await page.getByLabel('Model name', { exact: true }).inputValue()).toBe('cortex-sonnet-4-6');
    await page.getByRole('button', { name: 'Copy OpenAI API Key' }).click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(couloir.key);

    await open('Requests');
    await page.getByText('No request is on record yet.').waitFor();
    const requestId = await chat(couloir, 'sandbox> usage input=1200 cached=1000 output=50\nsandbox> say Hello.', {
      logit_bias: { 1: 2 },
    });
    await page.getByRole('row').getByText('claude-sonnet-4-6').waitFor({ timeout: 15_000 });
    await page.getByRole('row').getByRole('link').click();
    await heading('Request');
    expect(await page.title()).toBe('Request · Couloir');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Request');
    const facts = await page.locator('dl.facts').allInnerTexts();
    const text = facts.join('\n');
    for (const fact of [requestId, 'translated', 'Chat Completions', '1,000', '50', 'the upstream', '$0.00165']) {
      expect(text).toContain(fact);
    }
    await page.getByText('logit_bias').waitFor();
    expect(complaints).toEqual([]);
  });

  test('requests are filtered, and a failed one says what to do', async () => {
    await chat(couloir, 'sandbox> say Hello.');
    const requestId = await chat(couloir, 'sandbox> fail 402');
    await signIn();
    await heading('Last 24 hours');
    await open('Requests');
    await page.getByLabel('Outcome').selectOption('failed');
    await page.waitForURL('**/console/#/requests?outcome=failed');
    await page.getByRole('link', { name: /\d/ }).first().click();
    await page.getByText('an administrator must raise it').waitFor();
    await page.getByText('Whoever runs the gateway has to act.').waitFor();
    expect(page.url()).toBe(`${couloir.url}/console/#/requests/${requestId}`);
    expect(complaints).toEqual([]);
  });

  test('models, deployments and usage', async () => {
    await chat(couloir, 'sandbox> say Hello.');
    await signIn();
    await heading('Last 24 hours');
    await open('Models');
    await page.getByLabel('Find').fill('cortex-sonnet-4-6');
    const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'claude-sonnet-4-6' }) });
    expect(await row.getByRole('cell').allInnerTexts()).toEqual([
      'cortex-sonnet-4-6',
      '1M',
      '64K',
      'tools, vision, json, reasoning',
      '3',
      '0.3',
      '15',
    ]);
    await open('Deployments');
    await page.getByRole('rowheader', { name: 'llama3.1-8b' }).waitFor();
    await open('Usage');
    await page.getByRole('rowheader', { name: 'claude-sonnet-4-6' }).waitFor();
    await page.getByRole('img', { name: /^Spend per day/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('the key dies with the tab, and sign-out forgets it', async () => {
    await signIn();
    await heading('Last 24 hours');
    await page.reload();
    await heading('Last 24 hours');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Gateway key').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    await signIn();
    await heading('Last 24 hours');
    const other = await context.newPage();
    await other.goto(`${couloir.url}/console/`);
    await other.getByLabel('Gateway key').waitFor();
    expect(complaints).toEqual([]);
  });

  test.each([390, 1280])('nothing is wider than a window of %i pixels', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await signIn();
    await heading('Last 24 hours');
    for (const name of ['Overview', 'Models', 'Deployments', 'Requests', 'Usage']) {
      await open(name);
      await heading(name);
      const root = 'document.documentElement';
      expect(await page.evaluate(`${root}.scrollWidth - ${root}.clientWidth`), name).toBe(0);
    }
    expect(complaints).toEqual([]);
  });

  test('the keyboard reaches every page', async () => {
    await signIn();
    await heading('Last 24 hours');
    await page.keyboard.press('Tab');
    const reached: unknown[] = [];
    for (let presses = 0; presses < 7; presses += 1) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate('document.activeElement.textContent'));
    }
    expect(reached).toEqual(
      expect.arrayContaining(['Overview', 'Models', 'Deployments', 'Requests', 'Usage', 'Sign out']),
    );
  });
});
