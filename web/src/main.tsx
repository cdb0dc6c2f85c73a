import { render } from 'preact';
import { App } from './shell/app';
import { applyTheme, chosenTheme } from './theme/theme';
import './theme/tokens.css';
import './theme/base.css';

applyTheme(chosenTheme());
render(<App />, document.getElementById('app')!);
