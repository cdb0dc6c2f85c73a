import { useCallback, useEffect, useRef } from 'preact/hooks';
import { Plot, type PlotContent, type PlotOptions } from './plot';
import { useThemeChange } from './use-theme-change';

/** @param options of the first time: a plot stays what it is */
export function PlotView({ options, content }: { readonly options: PlotOptions; readonly content: PlotContent }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | undefined>(undefined);
  useEffect(() => {
    const made = new Plot(host.current!, options);
    plot.current = made;
    return () => made.destroy();
  }, []);
  useEffect(() => plot.current?.show(content), [content]);
  useThemeChange(useCallback(() => plot.current?.repaint(), []));
  return <div class="plot" ref={host} />;
}
