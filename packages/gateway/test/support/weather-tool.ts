/** The tool of OpenAI's own examples, which runs in `runTools` and writes down what it was asked. */
export function weatherTool(asked: string[]) {
  return {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      description: 'Weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      parse: JSON.parse as (text: string) => { city: string },
      function: ({ city }: { city: string }) => {
        asked.push(city);
        return `It is sunny in ${city}.`;
      },
    },
  };
}
