using Granary.Model;
using Npgsql;

namespace Granary.Storage;

/// <summary>Finished tasks as one array a column. The members of an array share a spec, so its bytes are made once for a run of them.</summary>
internal sealed class TaskArrays
{
    private readonly List<int> _entry = [];
    private readonly List<long> _number = [];
    private readonly List<string> _agent = [];
    private readonly List<string> _name = [];
    private readonly List<short> _state = [];
    private readonly List<string> _reason = [];
    private readonly List<int> _priority = [];
    private readonly List<string> _node = [];
    private readonly List<int> _attempt = [];
    private readonly List<int> _index = [];
    private readonly List<long> _submitted = [];
    private readonly List<long?> _started = [];
    private readonly List<long> _finished = [];
    private readonly List<long?> _deadline = [];
    private readonly List<short?> _cause = [];
    private readonly List<int?> _exitCode = [];
    private readonly List<int?> _signal = [];
    private readonly List<string> _exitMessage = [];
    private readonly List<long?> _peakMemory = [];
    private readonly List<long?> _cpu = [];
    private readonly List<long?> _wall = [];
    private readonly List<long> _token = [];
    private readonly List<string> _labels = [];
    private readonly List<byte[]?> _after = [];
    private readonly List<byte[]> _spec = [];
    private readonly RecordWriter _writer = new();
    private TaskSpec? _encoded;
    private byte[] _specBytes = [];
    private string _labelText = "";

    /// <param name="entry">Of which append, from 1.</param>
    /// <param name="task">A finished one.</param>
    public void Add(int entry, TaskView task)
    {
        var spec = task.Spec;
        if (!ReferenceEquals(spec, _encoded)) Encode(spec);
        var exit = task.Exit;
        _entry.Add(entry);
        _number.Add(task.Id.Number);
        _agent.Add(PostgresText.To(spec.Agent));
        _name.Add(PostgresText.To(spec.Name));
        _state.Add((short)task.State);
        _reason.Add(PostgresText.To(task.Reason));
        _priority.Add(spec.Priority);
        _node.Add(PostgresText.To(task.Node));
        _attempt.Add(task.Attempt);
        _index.Add(task.Index);
        _submitted.Add(UnixTime.Micros(task.Submitted));
        _started.Add(UnixTime.Micros(task.Started));
        _finished.Add(UnixTime.Micros(task.Finished!.Value));
        _deadline.Add(UnixTime.Micros(task.Deadline));
        _cause.Add((short?)exit?.Cause);
        _exitCode.Add(exit?.Code);
        _signal.Add(exit?.Signal);
        _exitMessage.Add(PostgresText.To(exit?.Message ?? ""));
        _peakMemory.Add(exit?.PeakMemoryKiB);
        _cpu.Add(UnixTime.Micros(exit?.CpuTime));
        _wall.Add(UnixTime.Micros(exit?.WallTime));
        _token.Add(task.Token);
        _labels.Add(_labelText);
        _after.Add(task.After.Count == 0 ? null : After(task.After));
        _spec.Add(_specBytes);
    }

    /// <summary>In the order of the function's parameters.</summary>
    public void AddTo(NpgsqlBatchCommand command)
    {
        Add(command, _entry);
        Add(command, _number);
        Add(command, _agent);
        Add(command, _name);
        Add(command, _state);
        Add(command, _reason);
        Add(command, _priority);
        Add(command, _node);
        Add(command, _attempt);
        Add(command, _index);
        Add(command, _submitted);
        Add(command, _started);
        Add(command, _finished);
        Add(command, _deadline);
        Add(command, _cause);
        Add(command, _exitCode);
        Add(command, _signal);
        Add(command, _exitMessage);
        Add(command, _peakMemory);
        Add(command, _cpu);
        Add(command, _wall);
        Add(command, _token);
        Add(command, _labels);
        Add(command, _after);
        Add(command, _spec);
    }

    private static void Add<T>(NpgsqlBatchCommand command, List<T> column) =>
        command.Parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = column });

    private void Encode(TaskSpec spec)
    {
        _encoded = null;
        _writer.Clear();
        TaskSpecCodec.Write(_writer, spec);
        _specBytes = _writer.ToArray();
        _labelText = PostgresText.To(LabelText.Of(spec.Labels));
        _encoded = spec;
    }

    private byte[] After(IReadOnlyList<TaskId> after)
    {
        _writer.Clear();
        TaskList.Write(_writer, after);
        return _writer.ToArray();
    }
}
