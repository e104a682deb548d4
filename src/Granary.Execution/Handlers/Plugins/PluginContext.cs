using System.Reflection;
using System.Runtime.Loader;

namespace Granary.Execution.Handlers.Plugins;

/// <summary>An assembly with what lies beside it; Granary's own assemblies are the agent's, so that the interfaces are the same.</summary>
internal sealed class PluginContext(string file) : AssemblyLoadContext(Path.GetFileName(file))
{
    private readonly AssemblyDependencyResolver _beside = new(file);

    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name?.StartsWith("Granary.", StringComparison.Ordinal) == true || _beside.ResolveAssemblyToPath(assemblyName) is not { } path ? null : LoadFromAssemblyPath(path);

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _beside.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
