/** Reads a TAP stream (testanything.org, version 13) line by line. */
export function createTapReader(onTest) {
  /** `complete` once the plan has come, which ava prints last. */
  const counts = { passed: 0, failed: 0, skipped: 0, complete: false };
  let failing;
  const flush = () => {
    if (failing) onTest({ ok: false, ...failing });
    failing = undefined;
  };
  const line = (text) => {
    if (/^1\.\.\d+/.test(text)) counts.complete = true;
    const match = /^(not ok|ok) \d+ -? ?(.*)$/.exec(text);
    if (!match) {
      if (failing && /^\s/.test(text)) failing.details.push(text);
      return;
    }
    flush();
    const [, verdict, title] = match;
    if (/# (SKIP|TODO)/i.test(title)) {
      counts.skipped++;
    } else if (verdict === 'ok') {
      counts.passed++;
      onTest({ ok: true, title, details: [] });
    } else {
      counts.failed++;
      failing = { title, details: [] };
    }
  };
  let rest = '';
  return {
    counts,
    write(chunk) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(line);
    },
    end() {
      if (rest) line(rest);
      flush();
    },
  };
}
