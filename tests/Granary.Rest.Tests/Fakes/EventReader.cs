namespace Granary.Rest.Tests.Fakes;

/// <summary>Reads server-sent events as a browser does. Source: WHATWG HTML, 9.2.6.</summary>
internal sealed class EventReader(HttpResponseMessage reply, StreamReader lines) : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    public static async Task<EventReader> Open(HttpClient client, string path, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        var reply = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", reply.Content.Headers.ContentType?.MediaType);
        return new(reply, new(await reply.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next event that has data.</summary>
    public async Task<(string Type, string Data, string Id)> Next()
    {
        var (type, data, id) = ("", "", "");
        while (true)
        {
            var line = await Line();
            if (line.Length == 0)
            {
                if (data.Length > 0) return (type, data, id);
                (type, id) = ("", "");
                continue;
            }
            var colon = line.IndexOf(':');
            var value = line[(colon + 1)..].TrimStart(' ');
            if (colon > 0) _ = line[..colon] switch { "event" => type = value, "data" => data += value, "id" => id = value, _ => "" };
        }
    }

    /// <summary>Reads on until a comment has come.</summary>
    public async Task Comment()
    {
        while (!(await Line()).StartsWith(':'))
        {
        }
    }

    public ValueTask DisposeAsync()
    {
        lines.Dispose();
        reply.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> Line() => await lines.ReadLineAsync().WaitAsync(Soon) ?? throw new EndOfStreamException("the event stream ended");
}
