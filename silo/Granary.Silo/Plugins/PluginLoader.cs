using System.Reflection;
using System.Runtime.Loader;
using Granary.Model;
using Granary.Scheduling.Ordering;
using Granary.Scheduling.Placement;
using Granary.Scheduling.Placement.Filters;
using Granary.Scheduling.Placement.Scoring;

namespace Granary.Silo.Plugins;

/// <summary>
/// Loads scores, filters and orderings from assemblies: those that the settings name, and every <c>.dll</c> in <c>plugins/</c> of the data directory.
/// A public class with a constructor that takes nothing and one of <see cref="INodeScore"/>, <see cref="INodeFilter"/> and
/// <see cref="IQueueOrder"/> is a part, known by its <c>Name</c>.
/// </summary>
public static class PluginLoader
{
    public const string Folder = "plugins";

    /// <param name="data">Data directory: paths are relative to it.</param>
    /// <param name="paths">Assemblies, parted by <c>;</c>.</param>
    /// <param name="skipped">Told of files in the folder that cannot be loaded: the server goes on without them. Null for nobody.</param>
    /// <exception cref="GranaryException">Invalid, one line: which of those that the settings name, what is wrong, what would help.</exception>
    public static PlacementParts Load(string data, string paths, Action<string>? skipped = null)
    {
        var parts = new List<object>();
        foreach (var path in paths.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var file = Path.GetFullPath(Path.Combine(data, path));
            if (!File.Exists(file)) throw GranaryException.Invalid($"plug-in {file}: no such file; mend Server:Plugins ('granary config' shows where it is set)");
            var found = PartsOf(file);
            if (found.Count == 0)
                throw GranaryException.Invalid($"plug-in {file}: has no public class with {nameof(INodeScore)}, {nameof(INodeFilter)} or {nameof(IQueueOrder)} and a constructor that takes nothing");
            parts.AddRange(found);
        }
        var folder = Path.Combine(data, Folder);
        if (Directory.Exists(folder))
            foreach (var file in Directory.GetFiles(folder, "*.dll").Order(StringComparer.Ordinal))
            {
                try
                {
                    parts.AddRange(PartsOf(file));
                }
                catch (GranaryException e)
                {
                    skipped?.Invoke($"{e.Message}; the server goes on without it");
                }
            }
        return parts.Count == 0 ? PlacementParts.BuiltIn : new PlacementParts(parts);
    }

    private static List<object> PartsOf(string file)
    {
        try
        {
            var assembly = new PluginContext(file).LoadFromAssemblyPath(file);
            var found = new List<object>();
            foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
                if (IsPart(type)) found.Add(Activator.CreateInstance(type)!);
            return found;
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException or FileNotFoundException or TypeLoadException or ReflectionTypeLoadException)
        {
            throw GranaryException.Invalid($"plug-in {file}: cannot be loaded ({e.Message.ReplaceLineEndings(" ")}); build it for .NET {Environment.Version.Major} against this version of Granary");
        }
        catch (TargetInvocationException e)
        {
            throw GranaryException.Invalid($"plug-in {file}: a part failed while it was made ({e.InnerException?.Message.ReplaceLineEndings(" ")}); mend its constructor");
        }
    }

    private static bool IsPart(Type type) => type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && type.GetConstructor(Type.EmptyTypes) is not null
        && (typeof(INodeScore).IsAssignableFrom(type) || typeof(INodeFilter).IsAssignableFrom(type) || typeof(IQueueOrder).IsAssignableFrom(type));

    /// <summary>An assembly with what lies beside it; Granary's own assemblies are those of the server, so that the interfaces are the same.</summary>
    private sealed class PluginContext(string file) : AssemblyLoadContext(Path.GetFileName(file))
    {
        private readonly AssemblyDependencyResolver _beside = new(file);

        protected override Assembly? Load(AssemblyName name) =>
            name.Name?.StartsWith("Granary.", StringComparison.Ordinal) == true || _beside.ResolveAssemblyToPath(name) is not { } path ? null : LoadFromAssemblyPath(path);
    }
}
