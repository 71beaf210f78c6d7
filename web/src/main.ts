import 'maplibre-gl/dist/maplibre-gl.css';
import './style.css';
import { startPage } from './page';

void startPage();
