import 'uplot/dist/uPlot.min.css';

/** The only place that imports uPlot; its style comes with it. */
export { default as uPlot } from 'uplot';
