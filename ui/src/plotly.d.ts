declare module "plotly.js-gl3d-dist-min" {
  /** The few functions of the library that are used. */
  const Plotly: {
    react(element: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>;
    purge(element: HTMLElement): void;
  };
  export default Plotly;
}
