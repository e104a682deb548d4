using System.Security.Cryptography;
using System.Text;
using Granary.Execution.Memory;
using Granary.Execution.Outside;
using Granary.Execution.Processes;
using Granary.Execution.Shim;
using Granary.Model;
using Microsoft.Extensions.Logging;

namespace Granary.Execution;

/// <summary>The agent's directory and shim, and what it writes to the log.</summary>
public sealed partial class NodeAgent
{
    private FileStream? _lock;
    private LaunchPlanner? _planner;
    private NodeSharedMemory? _sharedMemory;

    private ProcessExecutor NewProcessExecutor(IReadOnlyDictionary<ExecutorKind, IOutside> outside)
    {
        var shim = new ShimOptions
        {
            Directory = _options.EffectiveNodeDirectory,
            IdleTimeout = _options.ShimIdleTimeout,
            Cgroups = _options.Cgroups,
            PinWholeCores = _options.PinWholeCores,
            AllowNewPrivileges = _options.AllowNewPrivileges,
        };
        var launch = new ShimLaunch(shim, _options.ShimCommand.Count > 0 ? _options.ShimCommand : ShimLaunch.OwnProgram(), _options.ShimStartTimeout);
        var planner = _planner = new LaunchPlanner(_files, Environment.GetEnvironmentVariable, new DiskSpace(_options.DataDirectory, _time), _options.RunAs, _options.Isolation, outside, _options.Cache, _options.Server);
        return new(launch, planner, _time, _logger);
    }

    /// <summary>What the server is told; a simulated node runs nothing.</summary>
    private string RunsAs => _options.Node.Simulated ? "" : TaskUser.NameOf(_options.RunAs);

    private void TakeLock()
    {
        var directory = _options.EffectiveNodeDirectory;
        try
        {
            Directory.CreateDirectory(directory);
            _files.Open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GranaryException.Refused($"node {_options.Node.Name}: {directory} cannot be written: {e.Message}");
        }
        var path = Path.Combine(directory, "agent.lock");
        try
        {
            _lock = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            File.WriteAllText(Path.Combine(directory, "agent.pid"), $"{Environment.ProcessId}\n");
        }
        catch (IOException)
        {
            throw GranaryException.Refused($"node {_options.Node.Name}: another agent{Holder(directory)} serves {directory}; stop it or use another --name or --data");
        }
    }

    /// <summary>Compresses what is cached in the memory that tasks share.</summary>
    /// <returns>Bytes that came free in it; 0 without one.</returns>
    public long SqueezeSharedMemory() => _sharedMemory?.Squeeze() ?? 0;

    /// <summary>Makes the pool that tasks share, or finds it again; named by the node and its directory, so that two nodes of one name on a machine have two.</summary>
    private void OpenSharedMemory()
    {
        if (_options.SharedMemory is not { } shared || _planner is null) return;
        var directory = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_options.EffectiveNodeDirectory)))[..8];
        _sharedMemory = NodeSharedMemory.Open(Path.Combine(shared.Directory, $"granary-{_options.Node.Name}-{directory}"), shared, _options.RunAs, _time, _logger);
        _planner.SharedMemory = _sharedMemory.Path;
    }

    private void SayRunAs()
    {
        if (_options.Node.Simulated || _options.RunAs is not { } user) return;
        LogRunAs(_options.Node.Name, user.Name);
        if (_files.Barrier() is { Length: > 0 } folder) LogBarrier(_options.Node.Name, folder, user.Name);
    }

    private static string Holder(string directory)
    {
        try
        {
            return $" (process {File.ReadAllText(Path.Combine(directory, "agent.pid")).Trim()})";
        }
        catch (IOException)
        {
            return "";
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node}: joined with {Live} leases; {Expected} are expected here, {Stale} are fenced")]
    private partial void LogJoined(string node, int live, int expected, int stale);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: tasks have no cache here: {Problem}")]
    private partial void LogNoCache(string node, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node}: tasks run as {User}; Node:RunAs names another user")]
    private partial void LogRunAs(string node, string user);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: {Folder} lets others not pass, so tasks find their files only from their working directory; 'chmod o+x {Folder}', another --data, or Node:RunAs instead of {User} would help")]
    private partial void LogBarrier(string node, string folder, string user);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node}: adopted {Live} living tasks and {Ended} ends that were not reported yet")]
    private partial void LogAdopted(string node, int live, int ended);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: the server does not answer, tasks go on; trying again ({Reason})")]
    private partial void LogServerAway(string node, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Node {Node}: a newer agent has taken charge of this node, so this one stops ({Reason})")]
    private partial void LogFenced(string node, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Node {Node}: the agent failed")]
    private partial void LogFailed(string node, Exception error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The output of {Task} could not be delivered ({Reason})")]
    private partial void LogNoAnswer(TaskId task, string reason);
}
