import type { FaultCode } from '#fault';

/**
 * What a caller finds on a host, seen from its own run: whose the newest transaction is, and how far it came. `own` is a deploy of
 * this run, `own-rollback` a rollback of this run, `rolled-back-own` a deploy of this run that was left since.
 */
export const standings = [
  'none',
  'open-own',
  'open-other',
  'switched-own',
  'switched-other',
  'confirmed-own',
  'confirmed-other',
  'undone-own',
  'undone-other',
  'open-own-rollback',
  'switched-own-rollback',
  'confirmed-own-rollback',
  'rolled-back-own',
  'held',
] as const;
export type Standing = (typeof standings)[number];

/** What a caller wants: a phase of deploy-over-ssh, or another action. `abort-by-hand`: `abort` in a run that a person started; `sign-off`: a smoke test by which a person vouches for what is confirmed. */
export const wishes = [
  'deploy',
  'prepare',
  'switch',
  'confirm',
  'abort',
  'abort-by-hand',
  'smoke',
  'rollback',
  'sign-off',
] as const;
export type Wish = (typeof wishes)[number];

/**
 * What happens then. `open`: a new transaction; `resume`: the own one goes on before its switch; `finish`: the own one goes on
 * after its switch; `wait`: until the other one is closed, then look again; `test`: look at what serves and change nothing;
 * `warn-test`: the same, saying that another run is at work; `go`: needs no transaction; `nothing`: all is as wished already.
 */
export type Answer =
  | 'open'
  | 'resume'
  | 'finish'
  | 'wait'
  | 'undo'
  | 'confirm'
  | 'test'
  | 'warn-test'
  | 'go'
  | 'nothing'
  | { readonly refuse: FaultCode };

const refuse = (code: FaultCode): Answer => ({ refuse: code });

/**
 * Found state decides, not the caller's memory: a re-run replays old outputs. One cell for each state and wish; the type demands
 * a cell for each one added.
 */
export const states: Readonly<Record<Standing, Readonly<Record<Wish, Answer>>>> = {
  none: {
    deploy: 'open',
    prepare: 'go',
    switch: 'open',
    confirm: refuse('TX_NOTHING_SWITCHED'),
    abort: 'nothing',
    'abort-by-hand': 'nothing',
    smoke: 'test',
    rollback: refuse('RELEASE_AMBIGUOUS'),
    'sign-off': refuse('RELEASE_AMBIGUOUS'),
  },
  'open-own': {
    deploy: 'resume',
    prepare: 'go',
    switch: 'resume',
    confirm: refuse('TX_NOTHING_SWITCHED'),
    abort: 'undo',
    'abort-by-hand': 'undo',
    smoke: refuse('TX_NOTHING_SWITCHED'),
    rollback: 'undo',
    'sign-off': 'test',
  },
  'open-other': {
    deploy: 'wait',
    prepare: 'go',
    switch: 'wait',
    confirm: refuse('TX_BUSY'),
    abort: refuse('TX_BUSY'),
    'abort-by-hand': 'undo',
    smoke: 'warn-test',
    rollback: 'wait',
    'sign-off': refuse('TX_BUSY'),
  },
  'switched-own': {
    deploy: 'finish',
    prepare: 'go',
    switch: 'finish',
    confirm: 'confirm',
    abort: 'undo',
    'abort-by-hand': 'undo',
    smoke: 'test',
    rollback: 'undo',
    'sign-off': 'test',
  },
  'switched-other': {
    deploy: 'wait',
    prepare: 'go',
    switch: 'wait',
    confirm: refuse('TX_BUSY'),
    abort: refuse('TX_BUSY'),
    'abort-by-hand': 'undo',
    smoke: 'warn-test',
    rollback: 'wait',
    'sign-off': refuse('TX_BUSY'),
  },
  'confirmed-own': {
    deploy: 'open',
    prepare: 'go',
    switch: 'open',
    confirm: 'nothing',
    abort: 'nothing',
    'abort-by-hand': 'nothing',
    smoke: 'test',
    rollback: 'open',
    'sign-off': 'test',
  },
  'confirmed-other': {
    deploy: 'open',
    prepare: 'go',
    switch: 'open',
    confirm: refuse('TX_NOTHING_SWITCHED'),
    abort: 'nothing',
    'abort-by-hand': 'nothing',
    smoke: 'test',
    rollback: 'open',
    'sign-off': 'test',
  },
  'undone-own': {
    deploy: 'open',
    prepare: 'go',
    switch: 'open',
    confirm: refuse('TX_UNDONE'),
    abort: 'nothing',
    'abort-by-hand': 'nothing',
    smoke: refuse('TX_UNDONE'),
    rollback: 'nothing',
    'sign-off': 'test',
  },
  'undone-other': {
    deploy: 'open',
    prepare: 'go',
    switch: 'open',
    confirm: refuse('TX_NOTHING_SWITCHED'),
    abort: 'nothing',
    'abort-by-hand': 'nothing',
    smoke: 'test',
    rollback: 'open',
    'sign-off': 'test',
  },
  // a re-run after the rollback's runner was lost goes on with the rollback, and never takes it for the deploy
  'open-own-rollback': {
    deploy: 'open',
    prepare: 'go',
    switch: 'open',
    confirm: refuse('TX_NOTHING_SWITCHED'),
    abort: 'undo',
    'abort-by-hand': 'undo',
    smoke: refuse('TX_NOTHING_SWITCHED'),
    rollback: 'resume',
    'sign-off': 'test',
  },
  'switched-own-rollback': {
    deploy: 'wait',
    prepare: 'go',
    switch: 'wait',
    confirm: 'confirm',
    abort: 'undo',
    'abort-by-hand': 'undo',
    smoke: 'test',
    rollback: 'finish',
    'sign-off': 'test',
  },
  // run again, it must not go back two releases
  'confirmed-own-rollback': {
    deploy: 'open',
    prepare: 'go',
    switch: 'open',
    confirm: 'nothing',
    abort: 'nothing',
    'abort-by-hand': 'nothing',
    smoke: 'test',
    rollback: 'nothing',
    'sign-off': 'test',
  },
  'rolled-back-own': {
    deploy: refuse('TX_ROLLED_BACK'),
    prepare: refuse('TX_ROLLED_BACK'),
    switch: refuse('TX_ROLLED_BACK'),
    confirm: refuse('TX_ROLLED_BACK'),
    abort: 'nothing',
    'abort-by-hand': 'nothing',
    smoke: refuse('TX_ROLLED_BACK'),
    rollback: 'nothing',
    'sign-off': 'test',
  },
  held: {
    deploy: refuse('TX_HELD'),
    prepare: 'go',
    switch: refuse('TX_HELD'),
    confirm: refuse('TX_HELD'),
    abort: 'undo',
    'abort-by-hand': 'undo',
    smoke: 'warn-test',
    rollback: refuse('TX_HELD'),
    'sign-off': refuse('TX_HELD'),
  },
};
