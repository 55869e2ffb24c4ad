/** A state of the platform that changes: whether there is a network, whether the app is in front. */
export interface WatchedState {
  current(): boolean;
  /** Calls `listener` with each new state; the answer stops that. */
  onChange(listener: (state: boolean) => void): () => void;
}

/** Where the platform says nothing, it is taken to be so. */
export const ALWAYS: WatchedState = { current: () => true, onChange: () => () => undefined };

/** What is used of `window` and `document`. */
export interface EventTargetLike {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

function watch(target: EventTargetLike, types: readonly string[], current: () => boolean): WatchedState {
  return {
    current,
    onChange(listener) {
      const report = () => listener(current());
      for (const type of types) target.addEventListener(type, report);
      return () => {
        for (const type of types) target.removeEventListener(type, report);
      };
    },
  };
}

/** `watchBrowserNetwork(window, navigator)`: `onLine` false is sure; true is a hope, and requests tell the rest. */
export const watchBrowserNetwork = (
  window: EventTargetLike,
  navigator: { readonly onLine: boolean },
): WatchedState => watch(window, ['online', 'offline'], () => navigator.onLine);

/** `watchVisibility(document)`. */
export const watchVisibility = (
  document: EventTargetLike & { readonly visibilityState: string },
): WatchedState => watch(document, ['visibilitychange'], () => document.visibilityState === 'visible');

/** React Native's `AppState`. */
export const watchReactNativeAppState = (appState: {
  readonly currentState: string;
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void };
}): WatchedState => ({
  current: () => appState.currentState === 'active',
  onChange(listener) {
    const subscription = appState.addEventListener('change', (state) => listener(state === 'active'));
    return () => subscription.remove();
  },
});
