using System.Collections.Concurrent;
using System.Text;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>A span as a collector receives it.</summary>
internal sealed record CollectedSpan(string Service, string Trace, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Attributes);

/// <summary>What came in messages of OTLP, read from their protobuf form.</summary>
internal sealed class OtlpMessages
{
    public ConcurrentQueue<CollectedSpan> Spans { get; } = [];

    /// <summary>Names of instruments, and the services that sent them.</summary>
    public ConcurrentDictionary<(string Service, string Instrument), int> Instruments { get; } = [];

    // opentelemetry/proto/collector/trace/v1, trace/v1, resource/v1, common/v1
    public void ReadTraces(byte[] request)
    {
        foreach (var (service, scope) in Scopes(request))
            foreach (var span in Fields(scope).Where(f => f.Number == 2))
            {
                var fields = Fields(span.Bytes).ToLookup(f => f.Number, f => f.Bytes);
                var attributes = fields[9].Select(a => Attribute(a)).ToDictionary(a => a.Key, a => a.Value);
                Spans.Enqueue(new(service, Hex(fields[1]), Hex(fields[2]), Hex(fields[4]), Encoding.UTF8.GetString(fields[5].First()), attributes));
            }
    }

    public void ReadMetrics(byte[] request)
    {
        foreach (var (service, scope) in Scopes(request))
            foreach (var metric in Fields(scope).Where(f => f.Number == 2))
                Instruments.AddOrUpdate((service, Encoding.UTF8.GetString(Fields(metric.Bytes).First(f => f.Number == 1).Bytes)), 1, (_, n) => n + 1);
    }

    private static IEnumerable<(string Service, byte[] Scope)> Scopes(byte[] request)
    {
        foreach (var of in Fields(request).Where(f => f.Number == 1))
        {
            var parts = Fields(of.Bytes).ToLookup(f => f.Number, f => f.Bytes);
            var service = parts[1].SelectMany(r => Fields(r).Where(f => f.Number == 1)).Select(a => Attribute(a.Bytes)).FirstOrDefault(a => a.Key == "service.name").Value ?? "";
            foreach (var scope in parts[2]) yield return (service, scope);
        }
    }

    private static (string Key, string Value) Attribute(byte[] keyValue)
    {
        var fields = Fields(keyValue).ToLookup(f => f.Number, f => f.Bytes);
        var value = fields[2].SelectMany(Fields).FirstOrDefault();
        return (Encoding.UTF8.GetString(fields[1].First()), value.Number == 1 ? Encoding.UTF8.GetString(value.Bytes) : value.Number == 3 ? $"{value.Varint}" : "");
    }

    private static string Hex(IEnumerable<byte[]> bytes) => Convert.ToHexStringLower(bytes.FirstOrDefault() ?? []);

    private static IEnumerable<(int Number, byte[] Bytes, ulong Varint)> Fields(byte[] message)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            var number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    yield return (number, [], Varint(message, ref at));
                    break;
                case 1:
                    yield return (number, message[at..(at += 8)], 0);
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    yield return (number, message[at..(at += length)], 0);
                    break;
                case 5:
                    yield return (number, message[at..(at += 4)], 0);
                    break;
                default:
                    throw new InvalidDataException($"wire type {tag & 7}");
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = message[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }
    }
}
