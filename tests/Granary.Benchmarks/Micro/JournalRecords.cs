using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling;

namespace Granary.Benchmarks.Micro;

/// <summary>Events of a batch of 100 submissions to bytes and back, beside the same tasks as JSON.</summary>
[MemoryDiagnoser]
public class JournalRecords
{
    private readonly ArrayBufferWriter<byte> _output = new(1 << 20);
    private readonly EventBatch _events = new();
    private readonly EventBatch _read = new();
    private TaskSpec[] _specs = [];
    private byte[] _record = [];
    private byte[] _json = [];

    [GlobalSetup]
    public void Fill()
    {
        _specs = [.. Enumerable.Range(0, 100).Select(i => new TaskSpec
        {
            Agent = $"agent-{i % 7}",
            Name = $"task-{i}",
            Command = ["/usr/bin/sha256sum", $"/usr/bin/file-{i}"],
            Resources = new ResourceSet { CpuMilli = 500, MemoryMiB = 64 },
        })];
        var scheduler = new PoolScheduler("p", new SchedulerOptions());
        scheduler.Submit(new SubmitBatch("op", [.. _specs.Select(s => new SubmitItem(s))]), 1, _events, NoEffects.Instance);
        EventCodec.Write(_events, _output);
        _record = _output.WrittenSpan.ToArray();
        _json = JsonSerializer.SerializeToUtf8Bytes(_specs);
    }

    [Benchmark(Baseline = true)]
    public byte[] JsonWrite() => JsonSerializer.SerializeToUtf8Bytes(_specs);

    [Benchmark]
    public int Write()
    {
        _output.ResetWrittenCount();
        EventCodec.Write(_events, _output);
        return _output.WrittenCount;
    }

    [Benchmark]
    public TaskSpec[]? JsonRead() => JsonSerializer.Deserialize<TaskSpec[]>(_json);

    [Benchmark]
    public int Read()
    {
        _read.Clear();
        EventCodec.Read(_record, _read);
        return _read.Count;
    }
}
