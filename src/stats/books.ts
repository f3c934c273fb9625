/** Adding up the books of several trials. */
import type { CallBooks, NotificationBooks } from '../result/record.ts';

/** As many example errors are kept as a single trial keeps. */
const MOST_ERRORS = 5;

export const NO_CALLS: CallBooks = {
  due: 0,
  ok: 0,
  rejected: 0,
  disconnected: 0,
  wrong: 0,
  timedOut: 0,
  dropped: 0,
  misrouted: 0,
  duplicated: 0,
  unreadable: 0,
  errors: [],
};

export const NO_NOTIFICATIONS: NotificationBooks = { published: 0, delivered: 0, lost: 0, duplicated: 0, reordered: 0 };

/** Every count added up; of the errors the first few that differ. */
export function addCalls(a: CallBooks, b: CallBooks): CallBooks {
  return {
    due: a.due + b.due,
    ok: a.ok + b.ok,
    rejected: a.rejected + b.rejected,
    disconnected: a.disconnected + b.disconnected,
    wrong: a.wrong + b.wrong,
    timedOut: a.timedOut + b.timedOut,
    dropped: a.dropped + b.dropped,
    misrouted: a.misrouted + b.misrouted,
    duplicated: a.duplicated + b.duplicated,
    unreadable: a.unreadable + b.unreadable,
    errors: [...new Set([...a.errors, ...b.errors])].slice(0, MOST_ERRORS),
  };
}

export function addNotifications(a: NotificationBooks, b: NotificationBooks): NotificationBooks {
  return {
    published: a.published + b.published,
    delivered: a.delivered + b.delivered,
    lost: a.lost + b.lost,
    duplicated: a.duplicated + b.duplicated,
    reordered: a.reordered + b.reordered,
  };
}
