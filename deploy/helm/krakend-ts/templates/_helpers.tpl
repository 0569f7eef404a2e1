{{- define "krakend-ts.name" -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "krakend-ts.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "krakend-ts.labels" -}}
{{ include "krakend-ts.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "krakend-ts.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "krakend-ts.name" .) }}
{{- end }}

{{- /* The file, with what makes it reload and end in order unless it says so itself. */ -}}
{{- define "krakend-ts.configuration" -}}
{{- $configuration := deepCopy .Values.configuration }}
{{- $own := dict }}
{{- if .Values.reload }}
{{- $_ := set $own "_gw/reload" (dict "watch" true) }}
{{- end }}
{{- if .Values.shutdownDelay }}
{{- $_ := set $own "_gw/shutdown" (dict "delay" .Values.shutdownDelay) }}
{{- end }}
{{- $_ := set $configuration "extra_config" (merge (deepCopy (get $configuration "extra_config" | default dict)) $own) }}
{{- toPrettyJson $configuration }}
{{- end }}

{{- define "krakend-ts.hasOwnFile" -}}
{{- if not (or .Values.existingConfigMap .Values.existingSecret) }}true{{ end }}
{{- end }}
