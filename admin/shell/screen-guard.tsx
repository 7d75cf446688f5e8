// Catches what breaks inside a screen, so that the navigation stays and the person can go elsewhere.
import React from 'react';
import { Trouble } from '../parts/states.tsx';

/** Draws its children, or words when they broke. */
export class ScreenGuard extends React.Component<{ children: React.ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): React.ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return <Trouble error={this.state.error} retry={() => window.location.reload()} />;
  }
}
