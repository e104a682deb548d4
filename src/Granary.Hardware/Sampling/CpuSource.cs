using Granary.Model;

namespace Granary.Hardware;

/// <summary>
/// <c>/proc/stat</c>: how busy the machine and each core were since the tick before (0 to 1), where the time went, switches and forks a
/// second, what runs and what waits for a disk. A core that is taken away loses its series; one that comes back begins anew.
/// </summary>
public sealed class CpuSource : ITelemetrySource
{
    private const int Fields = 8; // user nice system idle iowait irq softirq steal; guest time is part of user time
    private const int MaxCores = 8192;

    private readonly ReadBuffer _buffer;
    private readonly KeptFile _file;
    private readonly KeptFile _load;
    private readonly SampleRow _row;
    private readonly Core _all;
    private readonly int _user, _system, _iowait, _steal, _switches, _forks, _running, _blocked, _count, _load1;
    private readonly List<Core?> _cores = [];
    private Counter _switchCounter, _forkCounter;
    private long _tick;

    public CpuSource(SystemRoot root, SampleRow row, ReadBuffer buffer)
    {
        (_row, _buffer) = (row, buffer);
        _file = new(root, "/proc/stat");
        _load = new(root, "/proc/loadavg");
        _all = new() { Place = row.Add("cpu") };
        (_user, _system, _iowait, _steal) = (row.Add("cpu.user"), row.Add("cpu.system"), row.Add("cpu.iowait"), row.Add("cpu.steal"));
        (_switches, _forks) = (row.Add("context_switches"), row.Add("forks"));
        (_running, _blocked, _count, _load1) = (row.Add("processes.running"), row.Add("processes.blocked"), row.Add("cores"), row.Add("load1"));
    }

    /// <summary>Cores at the last tick; 0 when unknown.</summary>
    public int Cores { get; private set; }

    public void Sample(SampleRow row, double seconds)
    {
        _tick++;
        SampleLoad(row);
        if (!_file.TryRead(_buffer, out var text))
        {
            _all.Known = false;
            _switchCounter.Forget();
            _forkCounter.Forget();
            DropUnseen();
            Cores = 0;
            return;
        }
        var fields = new FieldReader(text);
        var cores = 0;
        while (fields.NextLine())
        {
            if (fields.Line.StartsWith("cpu"u8))
            {
                var name = fields.Word();
                if (name.Length == 3) SampleAll(ref fields);
                else if (FieldReader.TryNumber(name[3..], out var id) && id < MaxCores)
                {
                    SampleCore(ref fields, (int)id);
                    cores++;
                }
            }
            else if (fields.Line.StartsWith("ctxt "u8)) row.SetRate(_switches, Next(ref fields, ref _switchCounter), seconds);
            else if (fields.Line.StartsWith("processes "u8)) row.SetRate(_forks, Next(ref fields, ref _forkCounter), seconds);
            else if (fields.Line.StartsWith("procs_running "u8)) SetNumber(ref fields, _running);
            else if (fields.Line.StartsWith("procs_blocked "u8)) SetNumber(ref fields, _blocked);
        }
        DropUnseen();
        Cores = cores;
        if (cores > 0) row.Set(_count, cores);
    }

    public void Dispose()
    {
        _file.Dispose();
        _load.Dispose();
    }

    private void SampleLoad(SampleRow row)
    {
        if (!_load.TryRead(_buffer, out var text)) return;
        var fields = new FieldReader(text);
        if (fields.NextLine() && System.Buffers.Text.Utf8Parser.TryParse(fields.Word(), out double load, out _)) row.Set(_load1, load);
    }

    private static ulong? Next(ref FieldReader fields, ref Counter counter)
    {
        fields.Word();
        return fields.Number(out var value) ? counter.Advance(value) : null;
    }

    private void SetNumber(ref FieldReader fields, int place)
    {
        fields.Word();
        if (fields.Number(out var value)) _row.Set(place, value);
    }

    private void SampleAll(ref FieldReader fields)
    {
        Span<ulong> grown = stackalloc ulong[Fields];
        if (!_all.Advance(ref fields, grown, out var busy, out var total, out var quality)) return;
        _row.Set(_all.Place, busy / total, quality);
        _row.Set(_user, (grown[0] + grown[1]) / total, quality);
        _row.Set(_system, (grown[2] + grown[5] + grown[6]) / total, quality);
        _row.Set(_iowait, grown[4] / total, quality);
        _row.Set(_steal, grown[7] / total, quality);
    }

    private void SampleCore(ref FieldReader fields, int id)
    {
        while (_cores.Count <= id) _cores.Add(null);
        var core = _cores[id] ??= new() { Place = _row.Add($"cpu/{id}") };
        core.Tick = _tick;
        Span<ulong> grown = stackalloc ulong[Fields];
        if (core.Advance(ref fields, grown, out var busy, out var total, out var quality)) _row.Set(core.Place, busy / total, quality);
    }

    private void DropUnseen()
    {
        for (var id = 0; id < _cores.Count; id++)
        {
            if (_cores[id] is not { } core || core.Tick == _tick) continue;
            _row.Remove(core.Place);
            _cores[id] = null;
        }
    }

    private sealed class Core
    {
        private readonly ulong[] _last = new ulong[Fields];

        public required int Place { get; init; }

        public bool Known { get; set; }

        public long Tick { get; set; }

        /// <summary>
        /// False at first, when no time passed, and when the time as a whole ran backwards. The kernel's idle and iowait are known to step back a
        /// little (proc_stat(5)): then that field counts nothing, and the rest is an estimate.
        /// </summary>
        public bool Advance(ref FieldReader fields, scoped Span<ulong> grown, out double busy, out double total, out ReadingSource quality)
        {
            (busy, total, quality) = (0, 0, ReadingSource.Measured);
            Span<ulong> now = stackalloc ulong[Fields];
            ulong sum = 0, sumBefore = 0;
            for (var i = 0; i < Fields; i++)
            {
                if (!fields.Number(out now[i])) now[i] = 0; // kernels before 2.6.11 have no steal
                sum += now[i];
                sumBefore += _last[i];
            }
            var known = Known;
            for (var i = 0; i < Fields; i++)
            {
                if (!Counters.TryIncrease(_last[i], now[i], out grown[i])) quality = ReadingSource.Estimated;
                total += grown[i];
                if (i is not (3 or 4)) busy += grown[i];
                _last[i] = now[i];
            }
            Known = true;
            return known && total > 0 && !(sum < sumBefore && quality == ReadingSource.Estimated);
        }
    }
}
