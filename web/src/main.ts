import 'maplibre-gl/dist/maplibre-gl.css';
import './theme.css';
import './style.css';
import { startPage } from './page';

void startPage();
