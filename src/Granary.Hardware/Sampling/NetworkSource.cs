namespace Granary.Hardware;

/// <summary>
/// <c>/proc/net/dev</c> by interface: bytes and packets a second each way, errors and drops a second. The sums <c>net.receive</c> and
/// <c>net.transmit</c> leave out the loopback. From <c>sockstat</c>, <c>sockstat6</c> and <c>snmp</c>: connections by state,
/// retransmitted segments a second. All of the agent's own network namespace.
/// </summary>
public sealed class NetworkSource : ITelemetrySource
{
    private const int MostInterfaces = 64;
    private readonly ReadBuffer _buffer;
    private readonly KeptFile _devices, _sockets, _sockets6, _protocols;
    private readonly DeviceTable<Interface> _interfaces;
    private readonly int _receive, _transmit, _tcp, _timeWait, _udp, _established, _retransmits;
    private Counter _retransmitCounter;

    public NetworkSource(SystemRoot root, SampleRow row, ReadBuffer buffer)
    {
        _buffer = buffer;
        (_devices, _protocols) = (new(root, "/proc/net/dev"), new(root, "/proc/net/snmp"));
        (_sockets, _sockets6) = (new(root, "/proc/net/sockstat"), new(root, "/proc/net/sockstat6"));
        (_receive, _transmit) = (row.Add("net.receive"), row.Add("net.transmit"));
        (_tcp, _timeWait, _udp) = (row.Add("connections.tcp"), row.Add("connections.tcp_time_wait"), row.Add("connections.udp"));
        (_established, _retransmits) = (row.Add("connections.tcp_established"), row.Add("net.tcp_retransmits"));
        _interfaces = new(MostInterfaces, name => new(row, name), one => one.Remove(row));
    }

    public void Sample(SampleRow row, double seconds)
    {
        SampleInterfaces(row, seconds);
        double tcp = double.NaN, udp = double.NaN;
        if (_sockets.TryRead(_buffer, out var text)) SampleSockets(row, new FieldReader(text), ref tcp, ref udp);
        if (_sockets6.TryRead(_buffer, out text)) SampleSockets(row, new FieldReader(text), ref tcp, ref udp);
        row.Set(_tcp, tcp);
        row.Set(_udp, udp);
        if (_protocols.TryRead(_buffer, out text)) SampleProtocols(row, new FieldReader(text), seconds);
        else _retransmitCounter.Forget();
    }

    public void Dispose()
    {
        foreach (var file in (ReadOnlySpan<KeptFile>)[_devices, _sockets, _sockets6, _protocols]) file.Dispose();
    }

    private void SampleInterfaces(SampleRow row, double seconds)
    {
        _interfaces.Begin();
        double receive = double.NaN, transmit = double.NaN;
        if (_devices.TryRead(_buffer, out var text))
        {
            var fields = new FieldReader(text);
            Span<ulong> numbers = stackalloc ulong[16];
            while (fields.NextLine())
            {
                var name = fields.UpTo((byte)':');
                if (name.IsEmpty) continue; // the two lines of headings
                var used = false;
                for (var i = 0; i < numbers.Length; i++)
                {
                    if (!fields.Number(out numbers[i])) numbers[i] = 0;
                    used |= numbers[i] != 0;
                }
                if (!used || _interfaces.Find(name) is not { } one) continue;
                one.Sample(row, numbers, seconds);
                if (one.IsLoopback || !one.HasRates) continue;
                receive = (double.IsNaN(receive) ? 0 : receive) + one.ReceiveBytes;
                transmit = (double.IsNaN(transmit) ? 0 : transmit) + one.TransmitBytes;
            }
        }
        _interfaces.End();
        row.Set(_receive, receive);
        row.Set(_transmit, transmit);
    }

    // "TCP: inuse 5 orphan 0 tw 2 alloc 7 mem 1"
    private void SampleSockets(SampleRow row, FieldReader fields, ref double tcp, ref double udp)
    {
        while (fields.NextLine())
        {
            var name = fields.Word();
            if (name.StartsWith("TCP"u8)) tcp = (double.IsNaN(tcp) ? 0 : tcp) + (Value(ref fields, "inuse"u8) ?? 0);
            if (name.SequenceEqual("TCP:"u8) && Value(ref fields, "tw"u8) is { } waiting) row.Set(_timeWait, waiting);
            if (name.SequenceEqual("UDP:"u8) || name.SequenceEqual("UDP6:"u8)) udp = (double.IsNaN(udp) ? 0 : udp) + (Value(ref fields, "inuse"u8) ?? 0);
        }
    }

    private static double? Value(ref FieldReader fields, ReadOnlySpan<byte> name)
    {
        while (fields.Word() is { IsEmpty: false } word)
            if (word.SequenceEqual(name)) return fields.Number(out var value) ? value : null;
        return null;
    }

    // two lines begin with "Tcp:": names, then numbers; the fields are in an order that has not changed since 2.2
    private void SampleProtocols(SampleRow row, FieldReader fields, double seconds)
    {
        while (fields.NextLine())
        {
            if (!fields.Line.StartsWith("Tcp:"u8)) continue;
            fields.Skip(9);
            if (!fields.Number(out var established)) continue;
            row.Set(_established, established);
            fields.Skip(2);
            if (fields.Number(out var retransmitted)) row.SetRate(_retransmits, _retransmitCounter.Advance(retransmitted), seconds);
        }
    }

    private sealed class Interface(SampleRow row, string name)
    {
        private readonly int _receive = row.Add($"net.receive/{name}");
        private readonly int _transmit = row.Add($"net.transmit/{name}");
        private readonly int _receivePackets = row.Add($"net.receive_packets/{name}");
        private readonly int _transmitPackets = row.Add($"net.transmit_packets/{name}");
        private readonly int _errors = row.Add($"net.errors/{name}");
        private readonly int _drops = row.Add($"net.drops/{name}");
        private readonly Counter[] _counters = new Counter[16];

        public bool IsLoopback { get; } = name == "lo";

        public bool HasRates { get; private set; }

        public double ReceiveBytes { get; private set; }

        public double TransmitBytes { get; private set; }

        // each way: bytes packets errors drops fifo ...
        public void Sample(SampleRow row, ReadOnlySpan<ulong> numbers, double seconds)
        {
            Span<ulong> grown = stackalloc ulong[16];
            HasRates = seconds > 0;
            foreach (var i in (ReadOnlySpan<int>)[0, 1, 2, 3, 8, 9, 10, 11])
            {
                var increase = _counters[i].Advance(numbers[i]);
                HasRates &= increase is not null;
                grown[i] = increase ?? 0;
            }
            if (!HasRates) return;
            (ReceiveBytes, TransmitBytes) = (grown[0] / seconds, grown[8] / seconds);
            row.Set(_receive, ReceiveBytes);
            row.Set(_transmit, TransmitBytes);
            row.Set(_receivePackets, grown[1] / seconds);
            row.Set(_transmitPackets, grown[9] / seconds);
            row.Set(_errors, (grown[2] + grown[10]) / seconds);
            row.Set(_drops, (grown[3] + grown[11]) / seconds);
        }

        public void Remove(SampleRow row)
        {
            foreach (var place in (ReadOnlySpan<int>)[_receive, _transmit, _receivePackets, _transmitPackets, _errors, _drops]) row.Remove(place);
        }
    }
}
