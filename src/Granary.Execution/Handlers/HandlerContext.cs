using Granary.Execution.Limits;
using Granary.Execution.Processes;
using Granary.Model;

namespace Granary.Execution.Handlers;

/// <summary>One attempt as a handler sees it. Files come into being when they are first asked for.</summary>
public sealed class HandlerContext
{
    private readonly TaskFiles? _files;
    private readonly Lock _gate = new();
    private LimitedFile? _output;
    private LimitedFile? _error;
    private bool _prepared;

    internal HandlerContext(Assignment assignment, TaskFiles? files)
    {
        Assignment = assignment;
        _files = files;
    }

    /// <summary>For tests of handlers: output goes nowhere.</summary>
    public HandlerContext(Assignment assignment)
        : this(assignment, null)
    {
    }

    public Assignment Assignment { get; }

    public TaskSpec Spec => Assignment.Spec;

    /// <summary>What the task gave the handler to work on; empty for nothing.</summary>
    public string Payload => Spec.Terms?.Action?.Payload ?? "";

    /// <summary>Becomes the task's <c>stdout</c>: what goes beyond its output limit is dropped. May be written to from one thread at a time.</summary>
    public Stream Output => Open(ref _output, error: false);

    /// <summary>Becomes the task's <c>stderr</c>.</summary>
    public Stream Error => Open(ref _error, error: true);

    /// <summary>A directory of the attempt's own.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public string WorkDirectory
    {
        get
        {
            if (_files is null) throw new IOException("there are no files here");
            lock (_gate) Prepare();
            return _files.Work(Assignment.Lease.Task);
        }
    }

    /// <summary>True when output was dropped because it went beyond the limit.</summary>
    internal bool IsOutputFull => _output is { IsFull: true };

    /// <summary>Closes what was opened, and marks what was cut.</summary>
    internal void Close()
    {
        LimitedFile? output, error;
        lock (_gate) (output, error, _output, _error) = (_output, _error, null, null);
        output?.Finish();
        error?.Finish();
    }

    private Stream Open(ref LimitedFile? file, bool error)
    {
        if (_files is null) return Stream.Null;
        lock (_gate)
        {
            if (file is not null) return file;
            Prepare();
            var task = Assignment.Lease.Task;
            return file = new LimitedFile(error ? _files.Error(task) : _files.Output(task), Spec.OutputLimitBytes);
        }
    }

    private void Prepare()
    {
        if (_prepared) return;
        if (_files!.Prepare(Assignment.Lease.Task, Assignment.Lease.Attempt, ownWork: true) is { Length: > 0 } error) throw new IOException(error);
        _prepared = true;
    }
}
