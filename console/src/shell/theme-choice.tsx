import type { ReactElement } from 'react';
import { Icon } from '../ui/icons';
import { chooseTheme, type Theme, useTheme } from '../ui/theme';

const CHOICES: readonly { theme: Theme; name: string }[] = [
  { theme: 'system', name: 'As the system' },
  { theme: 'light', name: 'Light' },
  { theme: 'dark', name: 'Dark' },
];

export function ThemeChoice(): ReactElement {
  const chosen = useTheme();
  return (
    <fieldset className="theme-choice">
      <legend className="visually-hidden">Appearance</legend>
      {CHOICES.map(({ theme, name }) => (
        <label key={theme} title={name}>
          <input
            type="radio"
            name="theme"
            value={theme}
            checked={chosen === theme}
            onChange={() => {
              chooseTheme(theme);
            }}
          />
          <Icon name={theme} />
          <span className="visually-hidden">{name}</span>
        </label>
      ))}
    </fieldset>
  );
}
