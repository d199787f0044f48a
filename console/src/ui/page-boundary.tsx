import { Component, type ReactNode } from 'react';

/** Stands in for a page that could not be loaded, as its file is fetched when it is first opened. */
export class PageBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="failure" role="alert">
        <p>This page could not be loaded: the server cannot be reached, or was replaced by a newer one.</p>
        <button
          type="button"
          className="button"
          onClick={() => {
            location.reload();
          }}
        >
          Load it again
        </button>
      </div>
    );
  }
}
