using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Granary.EmbeddedHost.Serialization;

namespace Granary.EmbeddedHost.Calls;

/// <summary>What generated code adds itself to, one assembly at a time, from its module initializer.</summary>
/// <remarks>
/// An initializer runs when its assembly is first used. A server must know its grain classes before that, so it loads the assemblies
/// that <see cref="GrainAssembliesAttribute"/> of the program names; a client needs no more than the interfaces it uses.
/// </remarks>
public static class GrainRegistry
{
    private static readonly ConcurrentDictionary<Type, GrainInterface> Interfaces = new();
    private static readonly ConcurrentDictionary<string, GrainInterface> InterfacesByName = new();
    private static readonly ConcurrentDictionary<Type, GrainClass> ClassesByType = new();
    private static readonly Lock DiscoveryGate = new();
    private static int _discoveredAssemblies = -1;

    /// <summary>Made when first asked for: a client without observers never asks.</summary>
    private static Dictionary<ulong, GrainMethod>? _methods;

    public static void Add(GrainInterface type)
    {
        if (!Interfaces.TryAdd(type.Type, type))
            return;
        InterfacesByName[type.Name] = type;
        Volatile.Write(ref _methods, null);
    }

    public static void Add(GrainClass type) => ClassesByType.TryAdd(type.Type, type);

    public static void Add(Codec codec) => CodecRegistry.Add(codec);

    internal static IEnumerable<GrainClass> Classes
    {
        get
        {
            Discover();
            return ClassesByType.Values;
        }
    }

    internal static GrainInterface GetInterface(Type type)
    {
        if (Interfaces.TryGetValue(type, out var found))
            return found;
        RuntimeHelpers.RunModuleConstructor(type.Module.ModuleHandle);
        return Interfaces.TryGetValue(type, out found) ? found : throw new InvalidOperationException(
            $"{type.FullName} has no generated reference: it must be a grain interface in a project built with the grain code generator.");
    }

    internal static GrainInterface? FindInterface(string name)
    {
        if (InterfacesByName.TryGetValue(name, out var found))
            return found;
        Discover();
        return InterfacesByName.GetValueOrDefault(name);
    }

    internal static GrainMethod? FindMethod(ulong key)
    {
        var methods = Volatile.Read(ref _methods) ?? IndexMethods();
        if (methods.TryGetValue(key, out var found))
            return found;
        Discover();
        return (Volatile.Read(ref _methods) ?? IndexMethods()).GetValueOrDefault(key);
    }

    private static Dictionary<ulong, GrainMethod> IndexMethods()
    {
        var methods = new Dictionary<ulong, GrainMethod>();
        foreach (var method in Interfaces.Values.SelectMany(i => i.Methods))
        {
            if (!methods.TryAdd(method.Key, method))
                throw new InvalidOperationException($"{method} and {methods[method.Key]} have the same key; give one an [Alias].");
        }
        Volatile.Write(ref _methods, methods);
        return methods;
    }

    /// <summary>Loads what the loaded assemblies name as parts, until nothing new comes.</summary>
    internal static void Discover()
    {
        lock (DiscoveryGate)
        {
            var loaded = AppDomain.CurrentDomain.GetAssemblies();
            if (loaded.Length == _discoveredAssemblies)
                return;
            var seen = new HashSet<string>();
            foreach (var assembly in loaded)
                Visit(assembly, seen);
            _discoveredAssemblies = AppDomain.CurrentDomain.GetAssemblies().Length;
        }
    }

    private static void Visit(Assembly assembly, HashSet<string> seen)
    {
        if (assembly.IsDynamic || !seen.Add(assembly.FullName ?? "")
            || assembly.GetCustomAttribute<GrainAssembliesAttribute>() is not { } parts)
            return;
        RuntimeHelpers.RunModuleConstructor(assembly.ManifestModule.ModuleHandle);
        foreach (var name in parts.References)
            Visit(Assembly.Load(new AssemblyName(name)), seen);
    }
}

/// <summary>Marks an assembly that has generated grain code, and names those it refers to that have some too.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class GrainAssembliesAttribute(params string[] references) : Attribute
{
    public IReadOnlyList<string> References { get; } = references;
}
