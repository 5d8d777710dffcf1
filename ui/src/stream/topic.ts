/** Writes a topic: name and parameters in the form of a URL query, sorted by name. */
export function topicOf(name: string, params: Record<string, string>): string {
  const query = queryOf(params);
  return query ? `${name}?${query}` : name;
}

/** Writes parameters as a URL query, sorted by name; empty values are left out. */
export function queryOf(params: Record<string, string>): string {
  return Object.keys(params)
    .filter((key) => params[key] !== "" && params[key] !== undefined)
    .sort()
    .map((key) => `${encodeURIComponent(key)}=${encodeURIComponent(params[key] as string)}`)
    .join("&");
}

/** Picks the parameters a panel asks for out of the values of its page's controls. */
export function paramsOf(ids: string[], values: Record<string, string>): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const id of ids) {
    const value = values[id];
    if (value !== undefined && value !== "") picked[id] = value;
  }
  return picked;
}
