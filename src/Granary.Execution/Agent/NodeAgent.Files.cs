using Granary.Execution.Processes;
using Microsoft.Extensions.Logging;

namespace Granary.Execution;

/// <summary>Files of tasks that ended long ago.</summary>
public sealed partial class NodeAgent
{
    private async Task SweepFiles(CancellationToken cancel)
    {
        if (_shim is null || _options.KeepFiles == TimeSpan.Zero) return;
        var sweep = new TaskFileSweep(_options.DataDirectory);
        while (true)
        {
            // it may read a directory of many thousands
            await Task.Run(() => SweepOnce(sweep, cancel), cancel);
            await Task.Delay(_options.SweepFilesEvery, _time, cancel);
        }
    }

    private void SweepOnce(TaskFileSweep sweep, CancellationToken cancel)
    {
        var (gone, failed) = sweep.Run(_time.GetUtcNow() - _options.KeepFiles, task =>
        {
            lock (_gate) return _table.Holds(task);
        }, cancel);
        if (gone > 0) LogFilesGone(_options.Node.Name, gone, _options.KeepFiles);
        if (failed.Length > 0) LogFilesStay(_options.Node.Name, failed);
    }

    [LoggerMessage(LogLevel.Information, "node {Node}: files of {Count} tasks that were last written more than {Keep} ago are removed (Node:KeepFiles)")]
    private partial void LogFilesGone(string node, int count, TimeSpan keep);

    [LoggerMessage(LogLevel.Warning, "node {Node}: files of old tasks could not be removed, to be tried again: {Why}")]
    private partial void LogFilesStay(string node, string why);
}
