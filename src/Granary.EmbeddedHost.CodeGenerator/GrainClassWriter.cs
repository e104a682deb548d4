using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>Writes how the host makes a grain of one class.</summary>
internal static class GrainClassWriter
{
    private const string Services = Names.Calls + ".GrainServices";

    public static void Write(INamedTypeSymbol type, PartBuilder part)
    {
        if (!type.IsReachable() || type.IsGenericType)
        {
            part.Report(Diagnostics.BadGrain, type, type.IsGenericType
                ? $"{type.ToDisplayString()} is generic; a grain class names its types"
                : $"{type.ToDisplayString()} is private; a grain class is internal or public");
            return;
        }
        var constructors = type.InstanceConstructors
            .Where(c => c.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal)
            .OrderByDescending(c => c.Has("Microsoft.Extensions.DependencyInjection.ActivatorUtilitiesConstructorAttribute"))
            .ThenByDescending(c => c.Parameters.Length).ToList();
        if (constructors.Count == 0)
        {
            part.Report(Diagnostics.BadGrain, type, $"{type.Name} has no public or internal constructor");
            return;
        }
        var arguments = constructors[0].Parameters.Select(Argument);
        var interfaces = type.AllInterfaces.Where(i => i.IsGrainInterface() && !i.IsMarker()).Select(i => $"typeof({i.Code()})");
        part.Registrations.Append($"        {Names.Calls}.GrainRegistry.Add(new {Names.Calls}.GrainClass(typeof({type.Code()}), {Names.Quote(GrainName(type))},\n")
            .Append($"            new global::System.Type[] {{ {string.Join(", ", interfaces)} }}, static context => new {type.Code()}({string.Join(", ", arguments)})));\n");
        foreach (var parameter in constructors[0].Parameters)
        {
            if (parameter.Type is INamedTypeSymbol { Name: "IPersistentState", TypeArguments: { Length: 1 } state })
                RegisterState(state[0], part);
        }
        for (var b = type.BaseType; b is not null; b = b.BaseType)
        {
            if (b is { Name: "Grain", TypeArguments: { Length: 1 } state } && b.ContainingAssembly.Name == Names.HostAssembly)
                RegisterState(state[0], part);
        }
    }

    /// <summary>A stored state that is no class of its own, such as a list, needs a codec that nothing else would register.</summary>
    private static void RegisterState(ITypeSymbol type, PartBuilder part)
    {
        var codecs = new CodecExpressions(part.Assembly, null, "");
        if (codecs.Find(type, out _) is not null && codecs.Fields.Count == 1)
            part.Registrations.Append($"        {Names.Calls}.GrainRegistry.Add({codecs.Fields[0].Code});\n");
    }

    private static string Argument(IParameterSymbol parameter)
    {
        var type = parameter.Type.Code();
        var state = parameter.GetAttributes().FirstOrDefault(a => a.AttributeClass?.ToDisplayString() == Names.PersistentState);
        if (state is not null)
        {
            var value = ((INamedTypeSymbol)parameter.Type).TypeArguments[0].Code();
            var names = string.Join(", ", state.ConstructorArguments.Select(a => a.Value is string text ? Names.Quote(text) : "null"));
            return $"{Services}.State<{value}>(context, {names})";
        }
        if (parameter.Type.ToDisplayString() == "Orleans.Runtime.IGrainContext")
            return "context";
        var key = parameter.GetAttributes()
            .FirstOrDefault(a => a.AttributeClass?.ToDisplayString() == "Microsoft.Extensions.DependencyInjection.FromKeyedServicesAttribute");
        if (key is { ConstructorArguments: { Length: > 0 } keys })
            return $"{Services}.Keyed<{type}>(context, {keys[0].ToCSharpString()})";
        if (parameter is { HasExplicitDefaultValue: true } && parameter.Type.IsReferenceType)
            return $"{Services}.Optional<{type}>(context)";
        return $"{Services}.Required<{type}>(context)";
    }

    /// <summary>The name given by [GrainType], or the class name without its ending "Grain", in lower case.</summary>
    private static string GrainName(INamedTypeSymbol type)
    {
        if (type.Argument(Names.GrainType) is string given)
            return given;
        var name = type.Name;
        if (name.EndsWith("Grain", System.StringComparison.Ordinal) && name.Length > "Grain".Length)
            name = name.Substring(0, name.Length - "Grain".Length);
        return name.ToLowerInvariant();
    }
}
