using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Granary.Abstractions;

namespace Granary.Cli.Load;

/// <summary>Submits by REST what a load program would by the SDK, over one connection or as many as calls are under way.</summary>
internal sealed class RestSubmitter : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http;

    /// <param name="address">Of the server's HTTP port.</param>
    /// <param name="token">Shown with each request; null for none.</param>
    public RestSubmitter(Uri address, string? token)
    {
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(100) };
        if (token is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <returns>The number of the first task and how many there are; or how the reply is counted.</returns>
    public async Task<(long First, int Count, string? Failed)> SubmitAsync(string pool, SubmitBatch batch)
    {
        using var body = new ByteArrayContent(BodyOf(pool, batch)) { Headers = { ContentType = Json } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/tasks") { Content = body };
        request.Headers.Add("Idempotency-Key", batch.OperationId);
        try
        {
            using var reply = await _http.SendAsync(request).ConfigureAwait(false);
            var text = await reply.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
            if (!reply.IsSuccessStatusCode) return (0, 0, string.Create(CultureInfo.InvariantCulture, $"http_{(int)reply.StatusCode}"));
            using var read = JsonDocument.Parse(text);
            return (read.RootElement.GetProperty("first").GetInt64(), read.RootElement.GetProperty("count").GetInt32(), null);
        }
        catch (HttpRequestException)
        {
            return (0, 0, "unavailable");
        }
        catch (TaskCanceledException)
        {
            return (0, 0, "timed_out");
        }
    }

    public void Dispose() => _http.Dispose();

    private static byte[] BodyOf(string pool, SubmitBatch batch)
    {
        var bytes = new ArrayBufferWriter<byte>(256 * batch.Items.Count);
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        json.WriteString("pool", pool);
        json.WriteStartArray("items");
        foreach (var item in batch.Items)
        {
            json.WriteStartObject();
            json.WriteString("agent", item.Spec.Agent);
            json.WriteString("name", item.Spec.Name);
            if (item.Spec.Command.Count == 0)
            {
                json.WriteString("handler", item.Spec.Handler);
            }
            else
            {
                json.WriteStartArray("command");
                foreach (var word in item.Spec.Command) json.WriteStringValue(word);
                json.WriteEndArray();
            }
            json.WriteStartObject("resources");
            json.WriteNumber("cpu", item.Spec.Resources.CpuMilli / 1000.0);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }
}
