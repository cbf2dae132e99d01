import type { HookName } from '../compiler/hooks.ts';
import type { Observer } from '../compiler/plugin-driver.ts';
import { formatTable } from './table.ts';

/** Time that one plugin spent in one hook. */
export interface ProfileRow {
  readonly hook: HookName;
  readonly plugin: string;
  readonly calls: number;
  readonly milliseconds: number;
}

export interface Profile {
  readonly observer: Observer;
  /** In the order of their first call. */
  rows(): readonly ProfileRow[];
  /** Since the profile was made. */
  totalMilliseconds(): number;
}

export function createProfile(): Profile {
  const started = performance.now();
  const rows = new Map<string, ProfileRow>();
  return {
    observer: {
      end({ hook, plugin, milliseconds }) {
        const key = `${hook} ${plugin}`;
        const before = rows.get(key) ?? { hook, plugin, calls: 0, milliseconds: 0 };
        rows.set(key, {
          ...before,
          calls: before.calls + 1,
          milliseconds: before.milliseconds + milliseconds,
        });
      },
    },
    rows: () => [...rows.values()],
    totalMilliseconds: () => performance.now() - started,
  };
}

export function formatProfile(profile: Profile): string {
  const rows = profile.rows();
  const total = profile.totalMilliseconds();
  const inPlugins = rows.reduce((sum, row) => sum + row.milliseconds, 0);
  const line = (name: string, milliseconds: number): string[] => [name, '', '', milliseconds.toFixed(1)];
  return formatTable(
    [{ title: 'stage' }, { title: 'plugin' }, { title: 'calls', right: true }, { title: 'ms', right: true }],
    [
      ...rows.map(({ hook, plugin, calls, milliseconds }) => [
        hook,
        plugin,
        String(calls),
        milliseconds.toFixed(1),
      ]),
      line('outside plugins', Math.max(0, total - inPlugins)),
      line('total', total),
    ],
  );
}
